/* The commands of the program. Each takes the arguments from its own name on and returns the exit
 * status: 0 fine, 1 it failed, 2 it was called wrongly. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "app/conf.h"

int cmd_serve(int argc, char **argv);
int cmd_meeting(int argc, char **argv);
int cmd_user(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_version(int argc, char **argv);

#endif
