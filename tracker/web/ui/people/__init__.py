"""What pages say of people: who is called alike, and whose record is not open yet."""
