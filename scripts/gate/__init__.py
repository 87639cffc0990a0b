# SPDX-License-Identifier: MIT
"""The regression gate: policy -> pairs of live builds -> decision -> verdict -> three outputs."""
