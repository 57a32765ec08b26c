// RLP, Ethereum's list encoding; only writing, only what transactions need.
//   RlpList list;  list.number(7).bytes(data).list(RlpList{});   Bytes out = list.encode();
#pragma once

#include "chain/abi.hpp"
#include "chain/wei.hpp"

namespace underround::chain {

class RlpList {
 public:
  RlpList& bytes(ByteSpan value);
  RlpList& number(const Wei& value);  // big-endian without leading zeros; 0 is the empty string
  RlpList& list(const RlpList& value);
  [[nodiscard]] Bytes encode() const;

 private:
  Bytes payload_;
};

}  // namespace underround::chain
