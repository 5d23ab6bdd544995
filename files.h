/* SPDX-License-Identifier: ISC
 *
 * What a director has that reads configurations. Only who makes it possible
 * includes this: it links libxml2. */

#ifndef FILES_H
#define FILES_H

#include "director.h"

const struct file_ops *files_ops(void);

#endif
