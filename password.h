/* SPDX-License-Identifier: ISC
 *
 * Option -P. */

#ifndef PASSWORD_H
#define PASSWORD_H

/* Asks for a password and prints a hash of it. Returns the exit status. */
int	 password_print(void);

#endif
