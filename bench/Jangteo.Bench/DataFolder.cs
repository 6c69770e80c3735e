namespace Jangteo.Bench;

/// <summary>Data folders of the markets that are measured.</summary>
internal static class DataFolder
{
    /// <summary>A new one. The servers of a market run as other users when root runs this, and must be able to pass through it.</summary>
    public static string New(string name)
    {
        var folder = Directory.CreateTempSubdirectory($"jangteo-{name}-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        return folder;
    }
}
