local bookings = rows { table = "bookings", key = "id::text", value = "rooms::text" }
return both {
    "SELECT id, rooms, during FROM bookings WHERE id = :row",
    bookings.write "INSERT INTO bookings (rooms, during) VALUES (int4range(:n, :n, '[]'), tstzrange(now(), NULL))",
    bookings.write "UPDATE bookings SET rooms = int4range(:n, :n, '[]') WHERE id = :row",
    bookings.write "UPDATE bookings SET rooms = NULL WHERE id = :row + 1",
    bookings.delete "id = :row",
    bookings.check,
}
