using System.Text.Json.Nodes;
using Jangteo.Trading;

namespace Jangteo.Tests.Trading;

/// <summary>What the market keeps. The page that tells sellers what they will receive is held to the same table, in a browser.</summary>
public sealed class Fee_of_an_amount
{
    public static TheoryData<long, int, long> Cases =>
        [.. JsonNode.Parse(Repository.Read("tests/fees.json"))!.AsArray()
            .Select(one => new TheoryDataRow<long, int, long>((long)one!["amount"]!, (int)one["permille"]!, (long)one["fee"]!))];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Is_rounded_down(long amount, int permille, long fee) => Assert.Equal(fee, Deciding.FeeOf(amount, permille));
}
