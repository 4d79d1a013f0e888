"""The exact gradcheck: torch's gradcheck and gradgradcheck, with what is true in the place of finite differences."""
