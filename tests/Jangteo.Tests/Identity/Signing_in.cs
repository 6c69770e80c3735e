using Jangteo.Identity;
using Jangteo.Kinds;
using Jangteo.Platform.Storing;
using Jangteo.Tests.Beds;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Jangteo.Tests.Identity;

/// <summary>Identity alone, outside of the sandbox, on the real database.</summary>
public sealed class Signing_in(TestPostgres postgres)
{
    private const string Password = "long enough to sign in";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_that_was_hashed_with_fewer_rounds_is_hashed_anew_when_it_is_used()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await SignUp(bed, "kim@example.com");
        var weak = new PasswordHasher<Person>(Options.Create(new PasswordHasherOptions { IterationCount = 1_000 })).HashPassword(null!, Password);
        await bed.StorageOf(Modules.Identity).Do(Cause.New(), work =>
        {
            work.Write("update people set password = $1", weak);
            return Task.CompletedTask;
        }, Ct);

        var heard = await bed.Post("/api/session", null, new { email = "kim@example.com", password = Password });

        Assert.Equal(200, heard.Status);
        Assert.NotEqual(weak, await bed.StorageOf(Modules.Identity).Find(new Sql("select password from people"), row => row.GetString(0), Ct));
        Assert.Equal(200, (await bed.Post("/api/session", null, new { email = "KIM@example.com", password = Password })).Status);
    }

    [Fact]
    public async Task Of_two_who_change_one_persons_stamp_at_once_the_second_is_refused()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        await SignUp(bed, "kim@example.com");
        using var scope = bed.Services.CreateScope();
        var people = scope.ServiceProvider.GetRequiredService<UserManager<Person>>();
        var one = (await people.FindByNameAsync("kim@example.com"))!;
        var other = (await people.FindByNameAsync("kim@example.com"))!;

        Assert.True((await people.UpdateSecurityStampAsync(one)).Succeeded);

        Assert.False((await people.UpdateSecurityStampAsync(other)).Succeeded);
    }

    [Theory]
    [InlineData(11, 422)]
    [InlineData(12, 201)]
    [InlineData(128, 201)]
    [InlineData(129, 422)]
    public async Task A_password_is_good_by_its_length_alone(int length, int status)
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);

        var heard = await bed.Post(
            "/api/people", null,
            new { name = "Kim", email = "kim@example.com", password = string.Concat(Enumerable.Repeat("숲속의 작은 도서관 ", 20))[..length] });

        Assert.Equal(status, heard.Status);
        Assert.Equal(status == 422 ? ["password"] : [], heard.Fields);
    }

    [Fact]
    public async Task No_token_is_good_once_the_protection_keys_were_deleted_and_the_program_started_again()
    {
        await using var bed = await ModuleBed.Start(postgres, [new IdentityModule()]);
        var token = (await bed.Post("/api/people", null, new { name = "Kim", email = "kim@example.com", password = Password }))["token"];
        Assert.Equal(200, (await See()).Status);

        await bed.StorageOf("common").Do(Cause.New(), work =>
        {
            work.Write("delete from protection_keys");
            return Task.CompletedTask;
        }, Ct);
        await bed.StartAgain();

        Assert.Equal(401, (await See()).Status);

        Task<Heard> See() => bed.Get("/api/people/me", null, ("Authorization", $"Bearer {token}"));
    }

    private static async Task SignUp(ModuleBed bed, string email) =>
        Assert.Equal(201, (await bed.Post("/api/people", null, new { name = "Kim", email, password = Password })).Status);
}
