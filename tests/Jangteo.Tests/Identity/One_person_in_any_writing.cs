using System.Text;
using System.Text.Json.Nodes;
using Jangteo.Identity;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Jangteo.Tests.Identity;

/// <summary>However a keyboard writes a name, an address, a number or a password: it is the same person.</summary>
public sealed class One_person_in_any_writing(TestPostgres postgres)
{
    private const string Composed = "비밀번호는 열두 자 이상";

    /// <summary>The same, as a Mac writes it.</summary>
    private const string InPieces =
        "\u1107\u1175\u1106\u1175\u11af\u1107\u1165\u11ab\u1112\u1169\u1102\u1173\u11ab \u110b\u1167\u11af\u1103\u116e \u110c\u1161 \u110b\u1175\u1109\u1161\u11bc";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_account_is_one_in_every_normalization_case_and_width()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var signedUp = await bed.Post("/api/people", null, new { name = "Jose\u0301 ", email = "Jose\u0301@\u1112\u1161\u11ab\u1100\u116e\u11a8.kr", password = InPieces, phone = "010-1234-5678" });

        Assert.Equal(201, signedUp.Status);
        var person = signedUp.Body!["person"]!;
        Assert.Equal("José", (string?)person["name"]);
        Assert.Equal("José@xn--3e0b707e.kr", (string?)person["email"]);
        Assert.Equal("+821012345678", (string?)person["phone"]);
        foreach (var (email, password) in new[] { ("jose\u0301@한국.kr", Composed), ("JOSÉ@XN--3E0B707E.KR", InPieces), (" ｊosé@한국.kr", Composed) })
        {
            Assert.Equal(200, (await bed.Post("/api/session", null, new { email, password })).Status);
            Assert.Equal(["email"], (await bed.Post("/api/people", null, new { name = "another", email, password })).Fields);
        }
    }

    [Fact]
    public async Task What_is_wrong_is_said_of_its_field()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        foreach (var (field, value) in new[]
        {
            ("name", "a\u202eb"), ("name", "two\nlines"), ("name", "\u3164"), ("email", "kim lee@example.com"),
            ("email", "kim@example.com\nbcc:lee@example.com"),
            ("phone", "010-1234"), ("phone", "+82 10-1234-567890123"), ("password", "seven c"), ("password", "with a\nline feed in it"),
        })
        {
            var request = new JsonObject { ["name"] = "kim", ["email"] = "kim@example.com", ["password"] = Composed, [field] = value };

            var heard = await bed.Post("/api/people", null, request.ToJsonString());

            Assert.Equal((422, "invalid"), (heard.Status, heard.Problem));
            Assert.Equal([field], heard.Fields);
        }
    }

    [Fact]
    public async Task A_name_of_eighty_characters_is_kept_however_many_code_points_they_are()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var name = string.Concat(Enumerable.Repeat("x\u0331\u0301", 80));

        var heard = await bed.Post("/api/people", null, new { name, email = "kim@example.com", password = Composed });

        Assert.Equal(201, heard.Status);
        Assert.Equal(
            ["name"],
            (await bed.Post("/api/people", null, new { name = name + "x", email = "lee@example.com", password = Composed })).Fields);
    }

    [Fact]
    public async Task The_charset_of_a_request_may_be_written_in_any_legal_form()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        using var http = new HttpClient { BaseAddress = new Uri(bed.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        foreach (var (type, status) in new[]
        {
            ("application/json; charset=utf-8", 422), ("application/json; charset=UTF-8", 422),
            ("application/json; charset=\"utf-8\"", 422),
            ("application/json;charset=\"UTF-8\"; x=y", 422), ("APPLICATION/JSON; Charset=Utf8", 422), ("application/json; charset", 422),
            ("application/json; charset=utf-16", 400), ("application/json; charset=\"no such thing\"", 400),
            ("application/json; charset=x-unknown", 400),
            ("application/json; charset=", 400), ("application/json; charset=\"", 400),
        })
        {
            // The body is read, and its password refused, wherever the type is taken.
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"name":"kim","email":"kim@example.com","password":"short"}"""));
            Assert.True(content.Headers.TryAddWithoutValidation("Content-Type", type));

            using var answer = await http.PostAsync(new Uri("/api/people", UriKind.Relative), content, Ct);

            Assert.Equal((type, status), (type, (int)answer.StatusCode));
        }
    }
}
