using Jangteo.Kinds;

namespace Jangteo.Tests.Kinds;

/// <summary>Whatever is written in a table, the answer is a kind or a list of mistakes.</summary>
public sealed class Bad_input
{
    private const int Tables_tried = 1_500;

    [Fact]
    public void However_a_table_is_edited_nothing_is_thrown()
    {
        var seed = Environment.TickCount;
        var chance = new Random(seed);
        string[] sources = [Tables.Sound, .. Directory.GetFiles(Tables.Folder, KindReader.TableFile, SearchOption.AllDirectories).Select(File.ReadAllText)];
        var explored = 0;
        for (var trial = 0; trial < Tables_tried; trial++)
        {
            var source = sources[chance.Next(sources.Length)];
            for (var edit = chance.Next(1, 4); edit > 0; edit--)
            {
                source = Edit(source, chance);
            }

            try
            {
                var read = KindReader.ReadTable(source, "trade.yaml");
                Assert.Equal(read.Value is null, !read.Mistakes.IsEmpty);
                Assert.All(read.Mistakes, mistake => Assert.InRange(mistake.Line, 1, source.Split('\n').Length + 1));
                if (read.Value is { } kind)
                {
                    explored++;
                    Assert.All(Check.Table(kind, "trade.yaml"), mistake => Assert.DoesNotContain('\n', mistake.ToString()));
                }
            }
            catch (Exception thrown) when (thrown is not Xunit.Sdk.IAssertionException)
            {
                Assert.Fail($"seed {seed}, trial {trial}: {thrown}\n{source}");
            }
        }

        Assert.InRange(explored, Tables_tried / 20, Tables_tried);
    }

    private static string Edit(string source, Random chance)
    {
        var lines = source.Split('\n').ToList();
        var at = chance.Next(lines.Count);
        switch (chance.Next(9))
        {
            case 0:
                return source[..chance.Next(source.Length + 1)];
            case 1:
                var position = chance.Next(source.Length + 1);
                return source.Insert(position, ((char)chance.Next(0, 0x3000)).ToString());
            case 2:
                var cut = chance.Next(source.Length + 1);
                return source.Remove(cut, Math.Min(chance.Next(8), source.Length - cut));
            case 3:
                return source.Insert(chance.Next(source.Length + 1), "[]{}:,#&*!|>'\"%@`-?"[chance.Next(19)].ToString());
            case 4:
                lines.RemoveAt(at);
                break;
            case 5:
                lines.Insert(chance.Next(lines.Count), lines[at]);
                break;
            default:
                // A word of one row where a word of another stood: often a table in good form, with another meaning.
                var words = lines[at].Split(' ');
                var other = lines[chance.Next(lines.Count)].Split(' ');
                words[chance.Next(words.Length)] = other[chance.Next(other.Length)];
                lines[at] = string.Join(' ', words);
                break;
        }

        return string.Join('\n', lines);
    }
}
