# SPDX-License-Identifier: MIT
"""The readers behind `parkbench report`: run directories in, figures and one page out."""
