namespace Jangteo.Simulation;

/// <summary>All chance of a world comes from here: xoshiro256**, seeded by splitmix64, the same on every machine and for ever.</summary>
internal sealed class Dice
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;

    public Dice(ulong seed)
    {
        a = Split(ref seed);
        b = Split(ref seed);
        c = Split(ref seed);
        d = Split(ref seed);
    }

    /// <summary>A seed for the world of a number, so that each can be run again without those before it.</summary>
    public static ulong SeedOf(ulong seed, int number)
    {
        var mixed = seed + ((ulong)number * 0x9E3779B97F4A7C15);
        return Split(ref mixed);
    }

    public ulong Next()
    {
        var result = ulong.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = ulong.RotateLeft(d, 45);
        return result;
    }

    /// <summary>From 0 to one less than the limit.</summary>
    public int Below(int limit) => (int)Math.BigMul(Next(), (ulong)limit, out _);

    /// <summary>From the least to the most, both included.</summary>
    public long Between(long least, long most) => least + (long)Math.BigMul(Next(), (ulong)(most - least + 1), out _);

    /// <param name="odds">From 0, never, to 1, always.</param>
    public bool Chance(double odds) => odds > 0 && (Next() >> 11) * (1.0 / (1UL << 53)) < odds;

    public T Pick<T>(IReadOnlyList<T> among) => among[Below(among.Count)];

    private static ulong Split(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
