using System.Buffers.Binary;
using System.Globalization;

namespace Jangteo.Platform;

/// <summary>
/// The number by which people speak of a trade, such as <c>261128-7K3F-9Q2M</c>: the day on which its id was made (see <see cref="Ids"/>)
/// and the last 40 bits of the id in Crockford's base 32, which has no letters that look like digits. It is computed from the id and so
/// the same everywhere.
/// </summary>
public static class OrderNumber
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const string Day = "yyMMdd";
    private const int Letters = 8;
    private const int BitsOfLetter = 5;

    /// <param name="zone">Of the market: its calendar says which day it was.</param>
    public static string Of(Guid trade, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTime(Ids.TimeOf(trade), zone).ToString(Day, CultureInfo.InvariantCulture);
        var end = EndOf(trade);
        var letters = string.Create(Letters, end, (text, bits) =>
        {
            for (var place = 0; place < Letters; place++)
            {
                text[place] = Digits[(int)(bits >> (BitsOfLetter * (Letters - 1 - place))) & (Digits.Length - 1)];
            }
        });
        return $"{day}-{letters[..4]}-{letters[4..]}";
    }

    /// <summary>
    /// The ids that can have a number, as people write or hear it: in small letters, without hyphens, O for 0, and I or L for 1. Null when
    /// the text is no order number.
    /// </summary>
    public static OrderedIds? Read(string text, TimeZoneInfo zone)
    {
        var written = string.Concat(text.Where(letter => letter != '-' && !char.IsWhiteSpace(letter))).ToUpperInvariant()
            .Replace('O', '0').Replace('I', '1').Replace('L', '1');
        if (written.Length != Day.Length + Letters
            || !DateTime.TryParseExact(written[..Day.Length], Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return null;
        }

        long end = 0;
        foreach (var letter in written[Day.Length..])
        {
            var value = Digits.IndexOf(letter, StringComparison.Ordinal);
            if (value < 0)
            {
                return null;
            }

            end = (end << BitsOfLetter) | (long)value;
        }

        return new OrderedIds(FirstAt(day, zone), FirstAt(day.AddDays(1), zone), end.ToString("x10", CultureInfo.InvariantCulture));
    }

    private static long EndOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)(BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & ((1UL << (BitsOfLetter * Letters)) - 1));
    }

    /// <summary>No id that is made on this day or later sorts before it.</summary>
    private static Guid FirstAt(DateTime day, TimeZoneInfo zone)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, new DateTimeOffset(day, zone.GetUtcOffset(day)).ToUnixTimeMilliseconds() << 16);
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>The ids from <paramref name="First"/> to before <paramref name="Before"/> that end with these hexadecimal digits.</summary>
public sealed record OrderedIds(Guid First, Guid Before, string End);
