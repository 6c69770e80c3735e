using System.Text.RegularExpressions;
using Jangteo.Kinds;

namespace Jangteo.Tests;

/// <summary>The pages write amounts with the same digits as the program.</summary>
public sealed class CurrenciesOfPagesTests
{
    [Fact]
    public void The_pages_know_the_same_digits_of_currencies()
    {
        var ofPages = Regex.Matches(Repository.Read("web/src/parts/currencies.ts"), "^  ([A-Z]{3}): ([0-9]),$", RegexOptions.Multiline)
            .ToDictionary(line => line.Groups[1].Value, line => line.Groups[2].Value[0] - '0');

        Assert.Equal(Currencies.Exceptions.OrderBy(pair => pair.Key), ofPages.OrderBy(pair => pair.Key));
    }
}
