using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Jangteo.Simulation;

/// <summary>What happened in a world, in order. It is always hashed, and kept as text only when somebody will read it: both come from the same words, so a world run again with its text has the same hash.</summary>
internal sealed class Trace(bool keeps)
{
    private const ulong Prime = 0x100000001B3;

    private readonly List<(Guid About, string Text)> lines = [];
    private readonly StringBuilder line = new();

    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public long Lines { get; private set; }

    /// <param name="about">The trade or listing it is about.</param>
    public void Say(long at, Guid about, [InterpolatedStringHandlerArgument("")] ref Words words)
    {
        _ = words;
        Add((ulong)at);
        Lines++;
        if (keeps)
        {
            lines.Add((about, $"{at,9:N0} ms  {Names.Of(about),-5} {line}"));
            line.Clear();
        }
    }

    /// <summary>The lines about some trades and listings.</summary>
    public IEnumerable<string> About(params Guid[] subjects) => lines.Where(one => subjects.Contains(one.About)).Select(one => one.Text);

    /// <summary>The last things that happened, whatever they are about.</summary>
    public IEnumerable<string> Last(int count) => lines.TakeLast(count).Select(one => one.Text);

    private void Add(ulong value) => Hash = (Hash ^ value) * Prime;

    private void Add(ReadOnlySpan<char> text)
    {
        var hash = Hash;
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * Prime;
        }

        Hash = hash;
        if (keeps)
        {
            line.Append(text);
        }
    }

    /// <summary>A sentence of the trace. Nothing is made of it but its hash unless the trace keeps its text.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Words
    {
        private readonly Trace trace;

        public Words(int literalLength, int formattedCount, Trace trace)
        {
            _ = literalLength + formattedCount;
            this.trace = trace;
        }

        public void AppendLiteral(string text) => trace.Add(text);

        public void AppendFormatted(string? text) => trace.Add(text);

        public void AppendFormatted(Guid about)
        {
            Span<char> text = stackalloc char[12];
            trace.Add(text[..Names.Write(about, text)]);
        }

        public void AppendFormatted(int number) => AppendFormatted((long)number);

        public void AppendFormatted(long number)
        {
            Span<char> text = stackalloc char[20];
            number.TryFormat(text, out var length, default, CultureInfo.InvariantCulture);
            trace.Add(text[..length]);
        }
    }
}

/// <summary>Ids that say what they are and follow from a number: the seventh trade is T7.</summary>
internal static class Names
{
    public const char Trade = 'T';
    public const char Listing = 'L';
    public const char Person = 'P';
    public const char Deposit = 'D';
    public const char Other = 'X';

    public static Guid Id(char sort, int number) => new(0, 0, 0, (byte)sort, 0, 0, 0, (byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number);

    public static string Of(Guid id)
    {
        Span<char> text = stackalloc char[12];
        return new string(text[..Write(id, text)]);
    }

    public static int Write(Guid id, Span<char> text)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        text[0] = bytes[8] == 0 ? '-' : (char)bytes[8];
        var number = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
        number.TryFormat(text[1..], out var length, default, CultureInfo.InvariantCulture);
        return 1 + length;
    }
}
