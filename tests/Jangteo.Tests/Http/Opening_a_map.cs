using Jangteo.Http;
using Jangteo.Platform;
using Jangteo.Tests.Beds;

namespace Jangteo.Tests.Http;

/// <summary>The file of a map that the settings name.</summary>
public sealed class Opening_a_map : IDisposable
{
    private readonly string folder = TestFolder.New();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_market_needs_none()
    {
        Assert.Null(MapFile.Open(new MapSettings()));
    }

    [Fact]
    public void Its_hash_is_that_of_the_same_file_anywhere_and_of_no_other()
    {
        var one = Open(MadeMap.Bytes());
        var same = Open(MadeMap.Bytes());
        var longer = Open([.. MadeMap.Bytes(), 0]);
        var changed = MadeMap.Bytes();
        changed[^1]++;

        Assert.Equal(one.Hash, same.Hash);
        Assert.NotEqual(one.Hash, longer.Hash);
        Assert.NotEqual(one.Hash, Open(changed).Hash);
    }

    [Fact]
    public void What_is_no_map_is_refused_by_its_name()
    {
        byte[] otherVersion = [.. MadeMap.Bytes()], otherTiles = [.. MadeMap.Bytes()];
        otherVersion[7] = 2;
        otherTiles[99] = 0;

        foreach (var content in new byte[][] { [], "PMTiles"u8.ToArray(), otherVersion, otherTiles, new byte[1000] })
        {
            var refused = Assert.Throws<SettingsException>(() => Open(content));
            Assert.Equal($"Map:File: {Path.Combine(folder, "map")} is no map of the format PMTiles, version 3", refused.Message);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused()
    {
        var refused = Assert.Throws<SettingsException>(() => MapFile.Open(new MapSettings { File = Path.Combine(folder, "nowhere") }));

        Assert.StartsWith($"Map:File: {Path.Combine(folder, "nowhere")} cannot be read: ", refused.Message);
    }

    private MapFile Open(byte[] content)
    {
        var path = Path.Combine(folder, "map");
        File.WriteAllBytes(path, content);
        return MapFile.Open(new MapSettings { File = path })!;
    }
}
