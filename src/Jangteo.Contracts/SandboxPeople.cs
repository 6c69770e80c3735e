using System.Security.Cryptography;
using System.Text;

namespace Jangteo.Contracts;

/// <summary>
/// The people of the sandbox: known by a name alone, made when somebody first signs in as them. Their ids follow from their names, so that sample
/// listings can belong to them before Identity has made them.
/// </summary>
public static class SandboxPeople
{
    /// <summary>Those who are there from the start. The first two trade.</summary>
    public static readonly string[] Names = ["minji", "junho", "sora"];

    /// <summary>Operates.</summary>
    public const string Operator = "sora";

    /// <summary>Operates too, so that what needs two operators can be tried.</summary>
    public const string SecondOperator = "haneul";

    /// <summary>Whether the person of a name operates.</summary>
    public static bool IsOperator(string name) => name is Operator or SecondOperator;

    /// <summary>The id of whoever has this name in the sandbox.</summary>
    public static Guid IdOf(string name)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes("jangteo sandbox " + name), hash);

        // A UUID of version 8: made by a rule of our own (RFC 9562, section 5.8).
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    public static PersonRef RefOf(string name) => new(IdOf(name), name);
}
