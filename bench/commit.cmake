cmake_minimum_required(VERSION 3.25)

# cmake -D SOURCE=DIR -D HEADER=FILE -P commit.cmake: the commit that is being built, as a C macro.
# The header is touched only when the commit changes, so nothing is compiled again without need.
set(commit unknown)
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD
    OUTPUT_VARIABLE output RESULT_VARIABLE failed ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT failed)
    set(commit ${output})
    execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no
        OUTPUT_VARIABLE output RESULT_VARIABLE failed ERROR_QUIET)
    if(output)
        string(APPEND commit -dirty)
    endif()
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define PARKBENCH_COMMIT \"@commit@\"\n" @ONLY)
