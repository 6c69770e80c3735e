using Jangteo.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Http;

/// <summary>A program that accepts connections can answer them.</summary>
public sealed class Starting_to_listen
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Routes_are_made_before_the_first_request()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IStartupFilter, RoutesBeforeListening>();
        await using var app = builder.Build();
        var areMade = false;
        app.MapGet("/", () => "").Add(_ => areMade = true);

        await app.StartAsync(Ct);

        Assert.True(areMade);
    }
}
