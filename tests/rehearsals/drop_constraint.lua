local members = rows { table = "members", key = "id::text", value = "badge::text" }
return both {
    "SELECT badge, desk, room FROM members WHERE id = :row",
    members.write "INSERT INTO members (email, fax, badge, desk, room) VALUES ('w', 'w', :n, :n, :n % 20 + 1)",
    members.write "UPDATE members SET badge = :n, desk = :n, room = :n % 20 + 1 WHERE id = :row",
    members.write "UPDATE members SET badge = NULL, desk = NULL, room = NULL WHERE id = :row + 1",
    members.delete "id = :row",
    members.check,
    "INSERT INTO rooms VALUES (:n, 'new')",
    "DELETE FROM rooms WHERE id = (SELECT min(id) FROM rooms WHERE id > 20)",
}
