/* `/healthz`, `/readyz`, `/metrics`: is it alive, may it be sent people, how is it doing. */
#ifndef APP_API_STATUS_H
#define APP_API_STATUS_H

#include "app/serve.h"

/* s: borrowed; outlives the server. -ERR_EXISTS */
NODISCARD int api_status_add(struct serve *s);

#endif
