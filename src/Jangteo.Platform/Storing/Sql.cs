using Npgsql;
using NpgsqlTypes;

namespace Jangteo.Platform.Storing;

/// <summary>One statement with its values as <c>$1, $2, ...</c></summary>
public readonly record struct Sql(string Text, params object?[] Values)
{
    /// <summary>A value stored as jsonb.</summary>
    public sealed record Json(string Text);

    internal NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(Text);
        foreach (var value in Values)
        {
            command.Parameters.Add(Parameter(value));
        }

        return command;
    }

    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value },
        Guid guid => new NpgsqlParameter<Guid> { TypedValue = guid },
        string text => new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text },
        int number => new NpgsqlParameter<int> { TypedValue = number },
        long number => new NpgsqlParameter<long> { TypedValue = number },
        bool flag => new NpgsqlParameter<bool> { TypedValue = flag },
        DateTimeOffset time => new NpgsqlParameter<DateTimeOffset> { TypedValue = time.ToUniversalTime() },
        TimeSpan span => new NpgsqlParameter<TimeSpan> { TypedValue = span },
        Json json => new NpgsqlParameter<string> { TypedValue = json.Text, NpgsqlDbType = NpgsqlDbType.Jsonb },
        _ => new NpgsqlParameter { Value = value },
    };
}
