namespace MySqlConnector;

/// <summary>All that a statement brought back, in memory: nothing of it is left on the connection.</summary>
/// <param name="Columns">Null when the statement returns no rows by its nature.</param>
/// <param name="Rows">One value a column.</param>
/// <param name="AffectedRows">Rows inserted, deleted, or found by an UPDATE; -1 for a SELECT.</param>
/// <param name="InsertId">The AUTO_INCREMENT value that was given last; otherwise 0.</param>
sealed record ResultSet(ResultColumn[]? Columns, List<object[]> Rows, long AffectedRows, long InsertId);
