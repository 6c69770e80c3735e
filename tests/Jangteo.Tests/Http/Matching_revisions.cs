using Jangteo.Platform.Http;
using Microsoft.AspNetCore.Http;

namespace Jangteo.Tests.Http;

/// <summary>If-Match in every form of RFC 9110, against revision 3.</summary>
public sealed class Matching_revisions
{
    [Theory]
    [InlineData("\"3\"")]
    [InlineData("3")]
    [InlineData(" 3 ")]
    [InlineData("*")]
    [InlineData("\"2\", \"3\"")]
    [InlineData("\"2\",\"3\"")]
    [InlineData("2, 3")]
    [InlineData("W/\"3\", \"3\"")]
    [InlineData("")]
    [InlineData("  ")]
    public void It_holds(string given) => Assert.True(Holds(given));

    [Theory]
    [InlineData("\"2\"")]
    [InlineData("2")]
    [InlineData("33")]
    [InlineData("\"03\"")]
    [InlineData("W/\"3\"")]
    [InlineData("\"2\", \"4\"")]
    [InlineData("-3")]
    [InlineData("+3")]
    [InlineData("3.0")]
    [InlineData("\"3")]
    [InlineData("three")]
    [InlineData("99999999999999999999")]
    [InlineData("\"\"")]
    public void It_does_not_hold(string given) => Assert.False(Holds(given));

    [Fact]
    public void A_list_may_come_in_several_headers() => Assert.True(Holds("\"2\"", "\"3\""));

    [Fact]
    public void Without_the_header_it_holds() => Assert.True(IfMatch.Holds(new DefaultHttpContext().Request, 3));

    private static bool Holds(params string[] given)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.IfMatch = given;
        return IfMatch.Holds(http.Request, 3);
    }
}
