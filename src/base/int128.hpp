// 128-bit integers for products of prices and sizes. GCC and Clang have them; -Wpedantic wants the word.
#pragma once

namespace underround {
__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;
}  // namespace underround
