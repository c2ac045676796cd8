# Whom the server runs as: root hands it to another user, everybody else keeps it.
source "$ZDM_SOURCE/tests/support/lib.sh"

check_exit 0 "$ZDM" sandbox -- bash -c 'stat -c %u "$ZDM_SANDBOX" "$ZDM_SANDBOX/data/PG_VERSION"'
if [ "$(id -u)" -ne 0 ]; then
    check_eq "owners" "$(id -u)"$'\n'"$(id -u)" "$(cat "$out")"
    exit 0
fi
owner=$(id -u postgres 2>/dev/null || id -u nobody)
check_eq "owners" "$owner"$'\n'"$owner" "$(cat "$out")"

# An ordinary user with a home of its own, and one without any.
chmod 755 .
cp "$ZDM" zdm
chmod 755 zdm
user=$(id -u nobody)
group=$(id -g nobody)
mkdir home
chown "$user:$group" home
as_user() {
    setpriv --reuid="$user" --regid="$group" --clear-groups \
        env -u XDG_CACHE_HOME -u TMPDIR HOME="$1" "${@:2}"
}
for home in "$PWD/home" "$PWD/home" /nonexistent; do
    check_exit 0 as_user "$home" ./zdm sandbox -- \
        bash -c 'stat -c %u "$ZDM_SANDBOX"; psql -XAtc "SELECT 1"; echo "$ZDM_SANDBOX"'
    check_eq "owner and answer" "$user"$'\n1' "$(head -2 "$out")"
    [ ! -e "$(tail -1 "$out")" ] || fail "$(tail -1 "$out") is still there"
done
check_eq "template" 1 "$(ls home/.cache/zdm | wc -l)"
