// A std::variant that may be copied when memory is short.
//
// The variants of libstdc++ up to version 12 at least, when every alternative is trivial or a
// string, vector or smart pointer, destroy on a failed copy what was never made: undefined
// behaviour where a caller expects bad_alloc. Assigning to an empty one does not, so copies are
// made that way.
#ifndef GEO_BASE_VARIANT_H_
#define GEO_BASE_VARIANT_H_

#include <type_traits>
#include <utility>
#include <variant>

namespace geo {

// Use as std::variant: std::get_if, std::holds_alternative, std::visit and == take it. The first
// alternative is default-constructible, without an exception. A copy that fails leaves nothing
// behind.
template <typename... Types>
class Variant : public std::variant<Types...> {
  using Base = std::variant<Types...>;

 public:
  using Base::Base;
  using Base::operator=;
  Variant() noexcept = default;
  Variant(const Variant& other) : Base() { Base::operator=(other); }
  Variant(Variant&&) noexcept(std::is_nothrow_move_constructible_v<Base>) = default;
  Variant& operator=(const Variant&) = default;
  Variant& operator=(Variant&&) noexcept(std::is_nothrow_move_assignable_v<Base>) = default;
  ~Variant() = default;
};

}  // namespace geo

#endif  // GEO_BASE_VARIANT_H_
