// Requests and receipts. Each reader entry has a ring of requests, which the reader writes, and a ring of
// receipts, which the stream's writer writes. Both have kMaxPending slots. Request and receipt `id` (1, 2, 3,
// ...) lie in slot id % kMaxPending.
//
// Invariants
//  1. Requests consumed + 1 to tail wait. The reader makes no request while kMaxPending wait, so it never
//     overwrites one.
//  2. A receipt's id is stored after its body, and `consumed` after that. If a writer dies in between, the
//     request still waits; its successor answers it (with `restarted`).
//  3. The reader fetches receipt id - kMaxPending before it makes request id. So no receipt is overwritten
//     before it was seen.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

#include "../layout/format.hpp"
#include "steps.hpp"

namespace wingbeat::sync {

// The reader's side: sends a request and gives it its id. False if kMaxPending requests wait already.
// Wait-free.
template <class Memory>
bool post_request(const Memory& memory, std::uint32_t reader, layout::RequestRecord& request) {
  std::uint64_t tail = memory.request_tail(reader).load(std::memory_order_relaxed);  // our own word
  // Acquire: pairs with the store in give_receipt. The writer has finished with the slot that is overwritten below.
  if (tail - memory.consumed(reader).load(std::memory_order_acquire) >= layout::kMaxPending) return false;
  request.id = tail + 1;
  memory.request(reader, request.id) = request;
  Memory::step(Step::kReaderRequestBody);
  memory.request_tail(reader).store(tail + 1, std::memory_order_release);  // pairs with take_request
  Memory::step(Step::kReaderRequestDone);
  return true;
}

// The reader's side: copies the receipt of `id`. False if there is none yet.
template <class Memory>
bool fetch_receipt(const Memory& memory, std::uint32_t reader, std::uint64_t id, layout::ReceiptRecord& out) {
  if (memory.receipt_id(reader, id).load(std::memory_order_acquire) != id) return false;  // pairs with give_receipt
  out = memory.receipt(reader, id);
  out.id = id;
  out.reason[layout::kReasonBytes - 1] = '\0';
  return true;
}

// The writer's side: the id of the last request that this reader made. A tail that is out of range (damaged
// memory) counts as no request, so that the writer's work stays bounded.
template <class Memory>
std::uint64_t last_request(const Memory& memory, std::uint32_t reader, std::uint64_t consumed) {
  std::uint64_t tail = memory.request_tail(reader).load(std::memory_order_acquire);  // pairs with post_request
  return tail - consumed <= layout::kMaxPending ? tail : consumed;
}

// The writer's side: answers a request. The id becomes 0 first, so that a reader cannot take the new body for
// the receipt of kMaxPending requests before.
template <class Memory>
void give_receipt(const Memory& memory, std::uint32_t reader, const layout::ReceiptRecord& receipt) {
  auto& place = memory.receipt(reader, receipt.id);
  memory.receipt_id(reader, receipt.id).store(0, std::memory_order_relaxed);
  place.status = receipt.status;
  place.step = receipt.step;
  place.seq = receipt.seq;
  std::memcpy(place.reason, receipt.reason, sizeof place.reason);
  Memory::step(Step::kWriterReceiptBody);
  memory.receipt_id(reader, receipt.id).store(receipt.id, std::memory_order_release);  // pairs with fetch_receipt
  Memory::step(Step::kWriterReceiptDone);
  memory.consumed(reader).store(receipt.id, std::memory_order_release);  // pairs with post_request
}

}  // namespace wingbeat::sync
