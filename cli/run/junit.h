/* junit.h — the verdict on a run as a JUnit report: XML that continuous integration shows. */
#ifndef CLI_JUNIT_H
#define CLI_JUNIT_H

struct run;

/* Writes the report to r->junit: a test case for each expectation, and one for the run as a whole, which fails if the
 * run failed and none of the others did. `status`: of the run. 0 or a status. */
int junit_write(const struct run *r, int status);

#endif
