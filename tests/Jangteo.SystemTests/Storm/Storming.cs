namespace Jangteo.SystemTests.Storm;

/// <summary>What the tests that kill and shake the program share: they run one after the other, because each keeps the machine busy.</summary>
internal static class Storming
{
    public const string Tests = "storm";

    /// <summary>Longer than is good for every build; <c>JANGTEO_LONG=1</c>.</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("JANGTEO_LONG") == "1";

    /// <summary>What was answered, or null when the program died before it could say anything.</summary>
    public static async Task<Said?> IfAnswered(Func<Task<Said>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
