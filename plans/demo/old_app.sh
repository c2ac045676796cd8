#!/bin/bash
# old_app.sh FOLDER: the application as it was before the migration. It knows only `email`, and
# inserts and updates until FOLDER/stop appears. Leaves FOLDER/done (statements that worked) and
# FOLDER/errors (what the server refused).
set -u
folder=$1

statements() {
    local n=0
    while [ ! -e "$folder/stop" ]; do
        n=$((n + 1))
        echo "INSERT INTO users (email, name) VALUES ('new$n@example.com', 'New $n') RETURNING 'ok';"
        echo "UPDATE users SET email = 'moved$n@example.com' WHERE id = (SELECT (random() * 199999)::int + 1) RETURNING 'ok';"
        sleep 0.005
    done
}

statements | psql -XAtq >"$folder/answers" 2>"$folder/errors"
grep -c '^ok$' "$folder/answers" >"$folder/done"
