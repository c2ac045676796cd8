# docs/guides/ci.md and .pre-commit-hooks.yaml: the files are YAML, and the commands in them work on a
# repository, with stand-ins for the programs of GitHub and GitLab.
source "$ZDM_SOURCE/tests/support/lib.sh"
unset ZDM_DATABASE_URL DATABASE_URL
export GIT_CONFIG_GLOBAL=$PWD/gitconfig GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b \
    GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
mkdir bin
ln -s "$ZDM" bin/zdm
# Each writes down its arguments and the comment.
for program in gh curl; do
    printf '#!/bin/bash\necho "%s $*" >>"%s/calls"\ncat comment.md >>"%s/comments"\n' $program "$PWD" "$PWD" >bin/$program
    chmod +x bin/$program
done
export PATH=$PWD/bin:$PATH
top=$PWD

# run_of FILE EXPRESSION: shell commands out of YAML.
run_of() { python3 -c "import sys, yaml; d = yaml.safe_load(open('$1')); print($2)"; }

git init -q --bare -b main origin.git
git clone -q origin.git repo 2>/dev/null
cd repo
follow_page "$ZDM_SOURCE/docs/guides/ci.md"
check_eq "fences of the page" 4 "$followed"
rm -rf .blocks
cp "$ZDM_SOURCE/.pre-commit-hooks.yaml" .
mkdir -p db/migrations plans
echo 'DROP TABLE before;' >db/migrations/1.sql
git add -A
git commit -qm one
git push -q origin HEAD:main
git checkout -qb work
echo 'DROP TABLE users;' >db/migrations/2.sql
cp "$ZDM_SOURCE/plans/rename_email.lua" plans/
cp "$ZDM_SOURCE/tests/golden/input/unsafe.lua" plans/
git add -A
git commit -qm two

# --- GitHub -----------------------------------------------------------------------------------------
workflow=.github/workflows/zdm.yml
step() { run_of $workflow "next(s['run'] for s in d['jobs']['review']['steps'] if s.get('name') == '$1')" >"$top/step.sh"; }
export BASE=origin/main PR=7 GITHUB_STEP_SUMMARY=$top/summary
check_eq "trigger" pull_request "$(run_of $workflow "d[True]")" # YAML takes "on" for a truth value
step Migrations
check_exit 4 bash -e "$top/step.sh"
check_has "$out" '::error file=db/migrations/2.sql,line=1'
check_lacks "$out" '1.sql'
step Plans
check_exit 4 bash -e "$top/step.sh"
check_has "$top/summary" '### zdm plan rename&#95;email: passes'
check_has "$top/summary" '### zdm plan unsafe: 2 errors'
check_eq "comments" 2 "$(grep -c '^gh pr comment 7 --body-file comment.md$' "$top/calls")"
cmp "$top/summary" "$top/comments"

# --- GitLab -----------------------------------------------------------------------------------------
rm "$top/calls" "$top/comments"
run_of .gitlab-ci.yml "'\n'.join(d['zdm']['script'])" >"$top/step.sh"
export CI_MERGE_REQUEST_TARGET_BRANCH_NAME=main CI_API_V4_URL=https://gitlab.example/api/v4 CI_PROJECT_ID=3 \
    CI_MERGE_REQUEST_IID=8 ZDM_GITLAB_TOKEN=hidden
check_exit 4 bash -e "$top/step.sh"
python3 -c "import json; d = json.load(open('gl-code-quality.json')); assert {f['location']['path'] for f in d} == {'db/migrations/2.sql'}, d"
check_eq "notes" 2 "$(grep -c 'https://gitlab.example/api/v4/projects/3/merge_requests/8/notes$' "$top/calls")"
check_has "$top/comments" '### zdm plan rename&#95;email: passes'

# --- pre-commit -------------------------------------------------------------------------------------
hook() { run_of .pre-commit-hooks.yaml "next(h['$2'] for h in d if h['id'] == '$1')"; }
check_eq "hooks of the page" "zdm-check zdm-plan" \
    "$(run_of .pre-commit-config.yaml "' '.join(h['id'] for h in d['repos'][0]['hooks'])")"
for id in zdm-check zdm-plan; do
    check_eq "language of $id" system "$(hook $id language)"
done
check_exit 0 bash -c "$(hook zdm-check entry)"
echo 'DROP TABLE orders;' >db/migrations/3.sql
git add -A
check_exit 4 bash -c "$(hook zdm-check entry)"
check_has "$out" '3.sql'
check_lacks "$out" '2.sql'
check_eq "files of zdm-plan" "plans/rename_email.lua" "$(git ls-files | grep -E "$(hook zdm-plan files)" | head -1)"
check_exit 0 bash -c "$(hook zdm-plan entry) plans/rename_email.lua"
check_exit 4 bash -c "$(hook zdm-plan entry) plans/rename_email.lua plans/unsafe.lua"
