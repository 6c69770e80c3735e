using System.Globalization;

/// <summary>
/// What the runtime runs in a process that is started with <c>DOTNET_STARTUP_HOOKS</c>, before the program itself: a leak, for rehearsals.
/// The product knows nothing of it. Name and place are the runtime's: a class of this name in no namespace.
/// </summary>
internal static class StartupHook
{
    /// <summary>Megabytes a second that leak, once the program has run for some seconds.</summary>
    public const string Variable = "JANGTEO_REHEARSAL_LEAK";

    private const int Megabyte = 1 << 20;

    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(10);

    private static readonly List<byte[]> Leaked = [];

    public static void Initialize()
    {
        if (int.TryParse(Environment.GetEnvironmentVariable(Variable), NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes))
        {
            new Thread(() => Leak(megabytes)) { IsBackground = true }.Start();
        }
    }

    private static void Leak(int megabytes)
    {
        Thread.Sleep(Beginning);
        while (true)
        {
            Thread.Sleep(TimeSpan.FromSeconds(1.0 / megabytes));
            var piece = new byte[Megabyte];
            // Memory that is never written to is never given by the system.
            Array.Fill(piece, (byte)1);
            Leaked.Add(piece);
        }
    }
}
