using System.Text.Json;

namespace Jangteo.SystemTests.Pages;

/// <summary>The pages know the API by its document: their client is made from <c>web/openapi.json</c>.</summary>
public sealed class ApiOfThePagesTests(SharedProgram shared)
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_that_the_pages_are_made_with_is_current()
    {
        var served = await (await shared.Running).Anonymous.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken);
        var document = JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(served), indented) + "\n";
        var file = Path.Combine(JangteoProgram.Root, "web", "openapi.json");
        if (Environment.GetEnvironmentVariable("JANGTEO_WRITE") == "1")
            await File.WriteAllTextAsync(file, document, TestContext.Current.CancellationToken);

        Assert.True(document == await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), "web/openapi.json is not what the program serves: ./jangteo format writes it anew.");
    }
}
