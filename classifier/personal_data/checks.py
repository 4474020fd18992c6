"""Check digits: they tell a personal number from any other run of digits."""


def is_my_number(digits: str) -> bool:
    """Whether twelve digits carry the check digit of an individual number (番号法施行令)."""
    if len(digits) != 12 or len(set(digits)) == 1:
        return False
    body = [int(digit) for digit in reversed(digits[:11])]
    total = sum(digit * (n + 2 if n < 6 else n - 4) for n, digit in enumerate(body))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_credit_card(digits: str) -> bool:
    """Whether the digits have a card company's beginning, a card's length and a valid Luhn digit."""
    if not 14 <= len(digits) <= 16 or digits[0] not in "23456" or len(set(digits)) == 1:
        return False
    total = 0
    for n, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if n % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0
