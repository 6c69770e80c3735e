using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

/// <summary>A kind may ask more of a listing than every kind does, in <c>listing.yaml</c> beside its table.</summary>
public sealed class Reading_what_listings_say : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jangteo-listing-").FullName;

    public Reading_what_listings_say()
    {
        var kind = Directory.CreateDirectory(Path.Combine(folder, "second-hand")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Tables.Folder, "second-hand"), "t*.yaml"))
        {
            File.Copy(file, Path.Combine(kind, Path.GetFileName(file)));
        }
    }

    [Fact]
    public void Its_fields_are_read_and_change_no_trade()
    {
        var silent = Read(null).Shelf!.All.Single();
        var asking = Read("fields: [condition]\n").Shelf!.All.Single();

        Assert.False(silent.Listing.HasCondition);
        Assert.True(asking.Listing.HasCondition);
        Assert.Equal(silent.Hash, asking.Hash);
        Assert.Equal(silent.Source, asking.Source);
    }

    [Theory]
    [InlineData("fields: [colour]\n", 1, "colour")]
    [InlineData("# What is asked.\nfield: [condition]\n", 2, "unknown column \"field\"; did you mean \"fields\"?")]
    [InlineData("fields: [condition, condition]\n", 1, "stands twice")]
    [InlineData("", 1, "the file is empty")]
    public void What_is_wrong_in_it_is_told_with_its_line(string written, int line, string said)
    {
        var mistake = Assert.Single(Read(written).Mistakes);

        Assert.Equal((Path.Combine(folder, "second-hand", KindReader.ListingFile), line), (mistake.File, mistake.Line));
        Assert.Contains(said, mistake.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_mistakes_are_told_together_with_those_of_the_table()
    {
        var table = Path.Combine(folder, "second-hand", KindReader.TableFile);
        File.WriteAllText(table, File.ReadAllText(table).Replace("stock: one", "stock: none", StringComparison.Ordinal));

        var files = Read("fields: [colour]\n").Mistakes.Select(mistake => Path.GetFileName(mistake.File)).Distinct();

        Assert.Equal([KindReader.TableFile, KindReader.ListingFile], files);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Verdict Read(string? listing)
    {
        var file = Path.Combine(folder, "second-hand", KindReader.ListingFile);
        if (listing is null)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllText(file, listing);
        }

        return Check.Folder(folder);
    }
}
