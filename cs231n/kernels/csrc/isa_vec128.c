/* The kernels for vec128: vectors of 16 bytes. */
#include "kernels.h"
#include "common.h"
#define ISA vec128
#define VECTOR_BYTES 16
#define TILE_ROWS 6 /* rows of a tile two vectors wide that fit the registers */
#define TILE_ROWS_WIDE 3 /* and four vectors wide */
#include "both.inc"
