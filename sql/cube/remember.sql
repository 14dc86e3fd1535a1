insert into inputs values {values}
