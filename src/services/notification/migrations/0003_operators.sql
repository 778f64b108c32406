-- Operators are a recipient too, whose address and language follow the settings.
grant update on recipients to :role;
