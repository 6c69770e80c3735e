using System.Globalization;

namespace Jangteo.Platform.Machine;

/// <summary>One program works with a data folder at a time. The operating system lets go of a claim however the program ends.</summary>
public static class Claim
{
    /// <param name="name">What of the folder is claimed: the name of the file that stands for it.</param>
    /// <exception cref="UnavailableException">Somebody else has it, or this user may not write there.</exception>
    public static FileStream Of(string dataFolder, string name)
    {
        var path = Path.Combine(dataFolder, name);
        // Beside it, because a claimed file cannot even be read by others.
        var owner = path + ".process";
        try
        {
            Directory.CreateDirectory(dataFolder);
            var claim = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return claim;
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new UnavailableException($"This user may not write to the data folder {dataFolder}; was the program started by another one before? Start it as that user, give the folder away (chown -R), or choose another one with Jangteo__DataFolder.", refused);
        }
        catch (IOException unusable) when (!Directory.Exists(dataFolder))
        {
            throw new UnavailableException(
                $"The data folder {dataFolder} cannot be made: {unusable.Message} Choose another one with Jangteo__DataFolder.", unusable);
        }
        catch (IOException taken) when (File.Exists(owner))
        {
            throw new UnavailableException($"Another program (process {File.ReadAllText(owner)}) works with the data folder {dataFolder}. Stop it first, or give this one a folder of its own with Jangteo__DataFolder.", taken);
        }
    }
}
