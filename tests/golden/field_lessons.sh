# docs/internals/field-lessons.md names tests that are there, and functions that are in them.
source "$ZDM_SOURCE/tests/support/lib.sh"
page=$ZDM_SOURCE/docs/internals/field-lessons.md

# The rows of the tables, their last column: what is quoted there is a file, a function of the file before it, or
# a word of no file.
named=0
while read -r word; do
    case $word in
    */*.sh | */*_test.c | */*.sql) file=$ZDM_SOURCE/$word ;;
    *.sh | *_test.c)
        file=$ZDM_SOURCE/tests/e2e/$word
        [ -f "$file" ] || file=$ZDM_SOURCE/tests/golden/$word
        ;;
    test_*)
        case $word in
        *'*') check_has "$file" "${word%'*'}" ;; # several that begin so
        *) check_has "$file" "$word(" ;;
        esac
        continue
        ;;
    *) continue ;;
    esac
    named=$((named + 1))
    [ -f "$file" ] || fail "$page names $word, which is not there"
done < <(sed -n 's/^|.*|\([^|]*\)|$/\1/p' "$page" | grep -o '`[^`]*`' | tr -d '`')
[ "$named" -gt 60 ] || fail "found $named tests in $page: is it read rightly?"
