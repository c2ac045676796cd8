#!/bin/bash
# symbols.sh LIBRARY...: every symbol that our static libraries export begins with zdm_, as libpg_query exports names
# such as errmsg, and no two files define the same: the linker would take the first without a word.
set -euo pipefail

nm --extern-only --defined-only --print-file-name "$@" | awk '
    NF != 3 || $3 ~ /^__(odr_)?asan/ { next }
    { defined++ }
    $3 !~ /^zdm_/ { print "without zdm_ in front: " $3 " of " $1; bad = 1 }
    $3 in of { print "defined twice: " $3 " by " of[$3] " and " $1; bad = 1 }
    { of[$3] = $1 }
    END {
        if (!defined) { print "no symbols at all"; bad = 1 }
        exit bad
    }'
