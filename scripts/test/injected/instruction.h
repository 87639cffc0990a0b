/* SPDX-License-Identifier: MIT */
/* Each unpark executes one instruction more. No function: without optimization it would be two. */
#define inject() __asm__ volatile("nop")
