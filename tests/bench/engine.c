/* Runs the statements of one operation over and over on SQLite, prepared once, with nothing around them.
 *   engine FILE STATEMENTS SECONDS THREADS      prints operations per second
 * STATEMENTS holds one statement a line. Pragmas are those of the server. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *lines[64];
static int count;
static double seconds;
static const char *file;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void *run(void *done) {
    sqlite3 *db;
    sqlite3_stmt *statements[64];
    if (sqlite3_open(file, &db) != SQLITE_OK) exit(1);
    sqlite3_exec(db, "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY", 0, 0, 0);
    for (int i = 0; i < count; i++)
        if (sqlite3_prepare_v3(db, lines[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], 0) != SQLITE_OK) {
            fprintf(stderr, "%s: %s\n", sqlite3_errmsg(db), lines[i]);
            exit(1);
        }
    long operations = 0;
    for (double end = now() + seconds; now() < end; operations++)
        for (int i = 0; i < count; i++) {
            int code;
            while ((code = sqlite3_step(statements[i])) == SQLITE_ROW)
                for (int column = sqlite3_column_count(statements[i]); column-- > 0;)
                    sqlite3_column_blob(statements[i], column);
            if (code != SQLITE_DONE) {
                fprintf(stderr, "%s: %s\n", sqlite3_errmsg(db), lines[i]);
                exit(1);
            }
            sqlite3_reset(statements[i]);
        }
    *(long *)done = operations;
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    file = argv[1];
    seconds = atof(argv[3]);
    int threads = atoi(argv[4]);
    FILE *in = fopen(argv[2], "r");
    size_t size = 0;
    if (!in) return 2;
    while (count < 64 && getline(&lines[count], &size, in) > 0) { count++; size = 0; }
    pthread_t ids[16];
    long done[16] = {0}, sum = 0;
    for (int i = 0; i < threads; i++) pthread_create(&ids[i], 0, run, &done[i]);
    for (int i = 0; i < threads; i++) { pthread_join(ids[i], 0); sum += done[i]; }
    printf("%.1f\n", sum / seconds);
}
