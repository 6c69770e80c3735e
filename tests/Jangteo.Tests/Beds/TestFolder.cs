namespace Jangteo.Tests.Beds;

/// <summary>A folder of a test in which servers keep their files.</summary>
internal static class TestFolder
{
    /// <summary>
    /// Makes an empty one. Others may pass through it, else the servers of a test that root runs would have to put their files under the
    /// system's state directory.
    /// </summary>
    public static string New(string prefix = "jangteo-test-")
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        return folder;
    }
}
