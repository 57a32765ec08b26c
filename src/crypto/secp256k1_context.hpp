// The one libsecp256k1 context of the process. Internal to crypto/.
#pragma once

#include <secp256k1.h>

namespace underround::crypto {

// Read-only after construction, so every thread may use it. It is randomised: that blinds the multiplication of the
// generator against side channels; the signatures do not change.
[[nodiscard]] const secp256k1_context* secp256k1_shared_context() noexcept;

}  // namespace underround::crypto
