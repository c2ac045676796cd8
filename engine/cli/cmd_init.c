#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/new_file.h"

extern const struct zdm_embedded zdm_stdlib_files[];
extern const struct zdm_embedded zdm_cli_project[];

/* What a project starts with; from NULL is a folder, which stands before what is in it. */
static const struct entry {
    const char *path;
    const struct zdm_embedded *from;
    const char *name;
    const char *what;
    bool is_private; /* as the ledger makes it */
} entries[] = {
    {"plans", NULL, NULL, "the plans"},
    {"plans/first.lua", zdm_cli_project, "first.lua", "a plan to look at, and to change"},
    {"zdm.conf.lua", zdm_cli_project, "zdm.conf.lua", "what the project sets for zdm check"},
    {".zdm", NULL, NULL, "what is of this machine: the ledger, annotations for editors", true},
    {".zdm/.gitignore", zdm_cli_project, "machine.gitignore", "keeps that out of git"},
    {".zdm/meta", NULL, NULL, NULL},
    {".zdm/meta/zdm.lua", zdm_stdlib_files, "meta/zdm.lua",
        "every word of a plan, for lua-language-server"},
    {".luarc.json", zdm_cli_project, "luarc.json", "tells the editor where that is"},
    {".gitignore", zdm_cli_project, "project.gitignore", "so that git leaves .zdm alone"},
};

static int
make(const char *folder, const struct entry *entry, struct zdm_buf *told, struct zdm_err *err)
{
    char *path = zdm_strf("%s/%s", folder, entry->path);
    bool made;
    int rc = entry->from
                 ? zdm_new_file(path, zdm_embedded_text(entry->from, entry->name), &made, err)
                 : zdm_new_folder(path, entry->is_private ? 0700 : 0777, &made, err);

    if (rc == 0 && entry->what)
        zdm_buf_addf(told, "%s  %-18s %s\n", made ? "made" : "kept", entry->path,
            made ? entry->what : "was there already");
    free(path);
    return rc;
}

int
zdm_cmd_init(const struct zdm_args *args, struct zdm_io *io)
{
    const char *folder = args->n_words ? zdm_args_word(args, 0) : ".";
    struct zdm_buf told = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    bool made;
    int rc = zdm_new_folder(folder, 0777, &made, &err);

    for (size_t i = 0; rc == 0 && i < sizeof entries / sizeof *entries; i++)
        rc = make(folder, &entries[i], &told, &err);
    if (rc == 0) {
        zdm_buf_add(
            &told, "\nnext: look at the first plan, and try it on a throw-away PostgreSQL\n");
        if (strcmp(folder, ".") != 0)
            zdm_buf_addf(&told, "  cd %s\n", folder);
        zdm_buf_add(
            &told, "  zdm plan plans/first.lua --offline\n  zdm run plans/first.lua --sandbox\n");
    }
    zdm_io_write(&io->out, &told);
    zdm_buf_release(&told);
    return rc == 0 ? 0 : zdm_io_fail(io, &err);
}
