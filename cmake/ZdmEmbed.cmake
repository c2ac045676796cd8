# zdm_embed(TARGET PREFIX FILE...): every file becomes a C array, byte for byte, in one table
#
#     struct zdm_embedded { const char *name; const char *data; size_t size; };
#     extern const struct zdm_embedded <PREFIX>[];   (last entry has name NULL)
#
# data carries a NUL behind its last byte that size does not count. Names are
# relative to the folder of the calling CMakeLists entry, such as "recipes/sync.lua".
# Run as a script (cmake -P) it writes one such table.

if(CMAKE_SCRIPT_MODE_FILE)
  set(body "#include \"${HEADER}\"\n\n")
  set(table "")
  set(i 0)
  separate_arguments(FILES UNIX_COMMAND "${FILES}")
  foreach(file IN LISTS FILES)
    file(READ "${ROOT}/${file}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(LENGTH "${hex}" n)
    math(EXPR n "${n} / 2")
    string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],)(0x[0-9a-f][0-9a-f],))" "\\1\n" bytes "${bytes}")
    string(APPEND body "static const unsigned char file_${i}[] = {\n${bytes}0x00};\n")
    string(APPEND table "    {\"${file}\", (const char *)file_${i}, ${n}},\n")
    math(EXPR i "${i} + 1")
  endforeach()
  string(APPEND body "\nconst struct zdm_embedded ${PREFIX}[] = {\n${table}    {0, 0, 0},\n};\n")
  file(WRITE "${OUT}" "${body}")
  return()
endif()

set(ZDM_EMBED_SCRIPT "${CMAKE_CURRENT_LIST_FILE}")

function(zdm_embed target prefix header root)
  set(out "${CMAKE_BINARY_DIR}/embed/${prefix}.c")
  set(paths ${ARGN})
  list(TRANSFORM paths PREPEND "${root}/")
  list(JOIN ARGN " " joined)
  add_custom_command(
    OUTPUT "${out}"
    COMMAND "${CMAKE_COMMAND}" "-DFILES=${joined}" "-DROOT=${root}" "-DPREFIX=${prefix}" "-DHEADER=${header}" "-DOUT=${out}"
            -P "${ZDM_EMBED_SCRIPT}"
    DEPENDS ${paths} "${ZDM_EMBED_SCRIPT}"
    VERBATIM)
  target_sources(${target} PRIVATE "${out}")
endfunction()
