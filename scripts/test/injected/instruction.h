/* SPDX-License-Identifier: MIT */
/* Each unpark executes one instruction more. */
__attribute__((always_inline)) static inline void inject(void)
{
	__asm__ volatile("nop");
}
