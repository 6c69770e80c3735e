using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace Jangteo.Platform;

/// <summary>A setting that says where RabbitMQ is.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BrokerAddressAttribute() : ValidationAttribute(Expected)
{
    internal const string Expected = "is an address such as amqp://user:password@host:5672/ or amqps://user:password@host:5671/, or empty";

    public override bool IsValid(object? value) => value is string text
        && (text.Length == 0 || (Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "amqp" or "amqps", Host.Length: > 0 }));
}

/// <summary>A setting that says where a PostgreSQL database is, as Npgsql reads it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ConnectionStringAttribute() : ValidationAttribute(Expected)
{
    internal const string Expected =
        "is an Npgsql connection string such as Host=db;Username=jangteo;Password=...;Database=jangteo, or empty";

    public override bool IsValid(object? value)
    {
        if (value is not string text)
        {
            return false;
        }

        try
        {
            return text.Length == 0 || new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            // Npgsql reports an unknown word or value of a connection string by this and in no other way.
            return false;
        }
    }
}
